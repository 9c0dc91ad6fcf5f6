"""Every setting: one frozen object, read from the environment and from secret files."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DOITHOAI_"


class Settings(BaseSettings):
    """Each field has a default and a help sentence; README's table is made from them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Field(
        Path("data"), description="Folder in which everything is kept; made when missing."
    )
    database_url: str = Field(
        "",
        description="PostgreSQL address (postgresql://…); empty: SQLite in the data folder.",
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port it listens on; 0: any free one.")
    public_url: str = Field(
        "",
        description="Address residents reach it by (https://…); webhooks need it, "
        "without it Telegram is polled.",
    )
    telegram_token: SecretStr = Field(
        SecretStr(""), description="Token of the Telegram bot; empty: Telegram is off."
    )
    telegram_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret Telegram echoes in webhooks (A-Z a-z 0-9 _ -); needed with public_url.",
    )
    telegram_api: str = Field(
        "https://api.telegram.org",
        description="Address of the Bot API, or of your own Bot API server.",
    )
    telegram_proxy: str = Field("", description="Proxy for Telegram (http:// or socks5://).")
    resend_unknown: int = Field(
        0,
        ge=0,
        description="Minutes after which a sending of unknown outcome is tried once more, and may "
        "arrive twice; 0: never.",
    )
    log_level: str = Field("INFO", description="How much is logged: DEBUG, INFO, WARNING, ERROR.")

    def url_of_database(self) -> str:
        """The database's address; SQLite under the data folder unless one is given."""
        return self.database_url or f"sqlite:///{self.data_dir / 'doithoai.db'}"


def read_settings(secrets_dir: Path | None = None) -> Settings:
    """The settings; files named doithoai_<setting> in the secrets folder are read too."""
    import os

    folder = secrets_dir or os.environ.get(f"{PREFIX}SECRETS_DIR") or None
    return Settings(_secrets_dir=folder)  # pyright: ignore[reportCallIssue]
