"""Settings: every value an administrator can choose, from flags, the environment, a TOML file or defaults."""

from dvor.config.conversion import ENVIRONMENT_PREFIX
from dvor.config.reading import SettingDescription, describe_settings, load_settings
from dvor.config.settings import (
    ConfigError,
    LogFormat,
    LogLevel,
    MailSecurity,
    Network,
    Settings,
    SignUpMode,
)

__all__ = [
    "ENVIRONMENT_PREFIX",
    "ConfigError",
    "LogFormat",
    "LogLevel",
    "MailSecurity",
    "Network",
    "SettingDescription",
    "Settings",
    "SignUpMode",
    "describe_settings",
    "load_settings",
]
