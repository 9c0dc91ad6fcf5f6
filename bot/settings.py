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
        "without it messengers are polled.",
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
    zalo_bot_token: SecretStr = Field(
        SecretStr(""), description="Token of the Zalo bot; empty: Zalo Bot is off."
    )
    zalo_bot_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret Zalo Bot echoes in webhooks (8 to 256 ASCII letters, digits, signs); "
        "needed with public_url.",
    )
    zalo_bot_api: str = Field(
        "https://bot-api.zaloplatforms.com", description="Address of the Zalo Bot API."
    )
    zalo_bot_monthly: int = Field(
        3000, ge=1, description="Messages a month that the plan of the Zalo bot allows."
    )
    zalo_bot_users: int = Field(
        50, ge=1, description="Residents that the plan of the Zalo bot allows."
    )
    zalo_app_id: str = Field(
        "", description="Id of the Zalo app (developers.zalo.me); empty: the Zalo OA is off."
    )
    zalo_app_secret: SecretStr = Field(
        SecretStr(""), description="Secret of that app; needed with zalo_app_id."
    )
    zalo_oa_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret key of the Official Account (oa.zalo.me), which signs its webhooks; "
        "needed with zalo_app_id.",
    )
    zalo_oa_id: str = Field(
        "", description="Id of the Official Account; when set, events of others are dropped."
    )
    zalo_callback: str = Field(
        "", description="Callback address saved in the Zalo app, for `doithoai zalo login`."
    )
    zalo_verifier: SecretStr = Field(
        SecretStr(""),
        description="PKCE verifier whose challenge is saved in the Zalo app; "
        "empty: made from the app's secret.",
    )
    zalo_template: str = Field(
        "",
        description="Id of an approved ZBS template for residents who last wrote over 7 days "
        "ago; empty: they get nothing.",
    )
    zalo_template_field: str = Field(
        "", description="Name of that template's one text parameter; needed with zalo_template."
    )
    zalo_api: str = Field("https://openapi.zalo.me", description="Address of Zalo's API.")
    zalo_oauth: str = Field(
        "https://oauth.zaloapp.com", description="Address of Zalo's consent server."
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Key that seals tokens in the database, 32 random letters or more; "
        "empty: secret.key in the data folder, made at first.",
    )
    attachment_mb: int = Field(
        10, ge=1, le=50, description="Largest photo, voice or file that is kept, in megabytes."
    )
    speech_command: str = Field(
        "",
        description="Command that gets a voice's file and prints its words for officials; "
        "empty: an official listens.",
    )
    resend_unknown: int = Field(
        0,
        ge=0,
        description="Minutes after which a sending of unknown outcome is tried once more, and may "
        "arrive twice; 0: never.",
    )
    retention_days: int = Field(
        365,
        ge=1,
        description="Days after which the words of messages and answers are deleted; "
        "opinions and their replies stay.",
    )
    log_level: str = Field("INFO", description="How much is logged: DEBUG, INFO, WARNING, ERROR.")

    def attachment_bytes(self) -> int:
        """The largest attachment in bytes."""
        return self.attachment_mb * 1024**2

    def folder_of_files(self) -> Path:
        """Where what residents attached is kept."""
        return self.data_dir / "files"

    def address(self) -> str:
        """Where people reach the web: the public address, else the one it listens on."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def url_of_database(self) -> str:
        """The database's address; SQLite under the data folder unless one is given."""
        return self.database_url or f"sqlite:///{self.data_dir / 'doithoai.db'}"


def read_settings(secrets_dir: Path | None = None) -> Settings:
    """The settings; files named doithoai_<setting> in the secrets folder are read too."""
    import os

    folder = secrets_dir or os.environ.get(f"{PREFIX}SECRETS_DIR") or None
    # pydantic-settings' own argument, which its stubs keep private.
    return Settings(_secrets_dir=folder)  # pyright: ignore[reportCallIssue]
