"""Make the table of identities."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("network", models.CharField(max_length=40)),
                ("network_user_id", models.CharField(max_length=255)),
                ("name", models.TextField()),
                ("email", models.TextField(null=True)),
                ("is_email_verified", models.BooleanField(null=True)),
                ("profile", models.JSONField()),
                ("info", models.JSONField()),
                ("raw", models.JSONField()),
                ("tokens", models.BinaryField()),
                ("token_expires_at", models.BigIntegerField(null=True)),
                ("refreshing_until", models.BigIntegerField(default=0)),
                ("created_at", models.BigIntegerField()),
                ("updated_at", models.BigIntegerField()),
                ("logged_in_at", models.BigIntegerField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connect_identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "identities",
                "indexes": [models.Index(fields=["email"], name="dvor_connect_email")],
                "constraints": [
                    models.UniqueConstraint(fields=("network", "network_user_id"), name="dvor_connect_person")
                ],
            },
        ),
    ]
