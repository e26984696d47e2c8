"""Mail: letters handed to the operator's SMTP server, or printed where there is none."""

import ssl
import sys
from email.message import EmailMessage
from email.utils import formatdate

from dvor.config import Settings
from dvor.model.errors import MailFailed
from dvor.model.letters import Letter

SECONDS_TO_ANSWER = 30


async def send_mail(settings: Settings, letter: Letter, *, host: str, message_id: str) -> None:
    """Send a letter from `mail_from`, or else from dvor@ the community's host; `MailFailed`.

    Without a server the letter is printed for the operator.
    """
    message = EmailMessage()
    message["From"] = settings.mail_from or f"dvor@{host}"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if settings.smtp_host is None:
        sys.stdout.write(f"dvor: a letter to {letter.to}\nSubject: {letter.subject}\n\n{letter.text}\n")
        sys.stdout.flush()
        return
    import aiosmtplib  # its memory only where there is a mail server

    try:
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user,
            password=settings.smtp_password,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            tls_context=None if settings.smtp_security == "none" else ssl.create_default_context(),
            timeout=SECONDS_TO_ANSWER,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailFailed(f"the mail server did not take a letter ({type(error).__name__})") from error
