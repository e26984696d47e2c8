"""The table of people at networks."""

from django.conf import settings
from django.db import models


class Identity(models.Model):
    """A person at a network, and the user of the site that is theirs.  Times are Unix seconds; `tokens` is encrypted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connect_identities"
    )
    network = models.CharField(max_length=40)
    network_user_id = models.CharField(max_length=255)
    name = models.TextField()
    email = models.TextField(null=True)
    is_email_verified = models.BooleanField(null=True)
    profile = models.JSONField()
    info = models.JSONField()
    raw = models.JSONField()
    tokens = models.BinaryField()
    token_expires_at = models.BigIntegerField(null=True)
    refreshing_until = models.BigIntegerField(default=0)
    created_at = models.BigIntegerField()
    updated_at = models.BigIntegerField()
    logged_in_at = models.BigIntegerField()

    class Meta:
        """One row for each person at a network."""

        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["network", "network_user_id"], name="dvor_connect_person")
        ]
        indexes = [models.Index(fields=["email"], name="dvor_connect_email")]

    def __str__(self) -> str:
        return f"{self.name} ({self.network} {self.network_user_id})"
