"""Every setting, read once from the environment, typed and documented."""

from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent


class Publisher(BaseSettings):
    """Who stands behind the site, as its legal page and its privacy notice must say; what is empty shows there as missing."""

    publisher_name: str = Field(default="", description="Who publishes the site: name and legal form")
    publisher_address: str = Field(default="", description="Its registered office, in one line")
    publisher_phone: str = Field(default="", description="Its telephone")
    publisher_email: str = Field(default="", description="Where people write to it")
    publisher_number: str = Field(default="", description="Its SIREN or RNA number")
    publication_director: str = Field(default="", description="The director of publication, or the function")
    hosting_name: str = Field(default="", description="Who hosts the site")
    hosting_address: str = Field(default="", description="The host's address, in one line")
    hosting_phone: str = Field(default="", description="The host's telephone")
    mail_carrier: str = Field(default="", description="Who carries its e-mails: whoever runs SMTP_URL")
    privacy_contact: str = Field(
        default="", description="The address for requests about personal data; PUBLISHER_EMAIL unless said"
    )

    @property
    def privacy_email(self) -> str:
        """Where requests about personal data go; "" where nobody has said."""
        return self.privacy_contact or self.publisher_email


class Settings(Publisher):
    """What an installation decides. Names are the environment variables, in any case."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(description="PostgreSQL 15 or later: postgresql://user:password@host/name")
    redis_url: str = Field(description="Redis or Valkey: broker of jobs, counters of attempts, short locks")
    smtp_url: str = Field(description="Where mail leaves: smtp://host:port, smtps://user:password@host:port")
    secret_key: str = Field(min_length=32, description="Signs sessions and links; 32 characters at least")
    seal_keys: str = Field(
        description="Seal what the database mustn't tell (second factors, IBAN): 32 characters at least each, spaces between; "
        "the first seals, all open",
    )
    second_factor: Literal["required", "offered"] = Field(
        default="required",
        description="Of delegates and administrators; offered: on one's own machine only, to look at the demo",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="The address people type, no slash at the end"
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        description="How many proxies stand in front and say who asks; 0: the address asking is the person's",
    )
    mail_from: str = Field(default="Marchés groupés <ne-pas-repondre@marches-groupes.example>")
    bounce_address: str = Field(
        default="",
        description="The mailbox that reports about undelivered mail come to, with +anything before its @; "
        "retours@ the domain of MAIL_FROM unless said",
    )
    imap_url: str = Field(
        default="",
        description="Where that mailbox is read: imaps://user:password@host/INBOX; imap:// on this machine only, "
        "as it says the password in the clear; empty: it isn't",
    )
    notices_address: str = Field(
        default="",
        description="The address that notices are forwarded to; avis@ the domain of MAIL_FROM unless said",
    )
    notices_imap_url: str = Field(
        default="",
        description="Where its mailbox is read, written as IMAP_URL; empty: no mail becomes a draft",
    )
    notices_auth_server: str = Field(
        default="",
        description="The name under which the mail server that receives them says what it found of each "
        "(Authentication-Results); it must take away those that come under this name. Empty: every mail waits "
        "for the delegate",
    )
    boamp_url: str = Field(
        default="",
        pattern=r"^(off|https?://[^/]+)?$",
        description="The open-data portal that BOAMP is read from; the official one unless said, off for none; "
        "embedded: none unless said",
    )
    ted_url: str = Field(
        default="",
        pattern=r"^(off|https?://[^/]+)?$",
        description="The search interface of TED; the official one unless said, off for none; embedded: none unless said",
    )
    ted_notices_url: str = Field(
        default="",
        pattern=r"^(https?://[^/]+)?$",
        description="Where TED gives the XML of a notice; the official place unless said",
    )
    notices_departments: str = Field(
        default="14,27,50,61,76",
        pattern=r"^([0-9AB]{2,3}(,[0-9AB]{2,3})*|all)$",
        description="The departments whose notices are read, as 14,27,50; all for the whole of France",
    )
    notice_hosts: str = Field(
        default="",
        pattern=r"^([a-z0-9.-]+( [a-z0-9.-]+)*)?$",
        description="Sites that are asked for a notice whose address is pasted, spaces between, each with what stands "
        "under it; BOAMP's, TED's and PLACE's unless said; embedded: none unless said",
    )
    embedded: bool = Field(
        default=False, description="Runs on the servers that come in wheels; shows /dev/mailbox"
    )
    mailbox_dir: Path | None = Field(
        default=None, description="Where the embedded SMTP server keeps messages"
    )
    storage_dir: Path = Field(default=ROOT / "instance" / "files", description="Where files are kept")
    storage_url: str = Field(
        default="",
        pattern=r"^(s3://[^/]+(/.*)?)?$",
        description="Where files are kept instead, s3://bucket/prefix, with AWS_* as S3's tools read them; STORAGE_DIR then receives",
    )
    register_url: str = Field(
        default="https://recherche-entreprises.api.gouv.fr",
        pattern=r"^https?://",
        description="The State's open register of undertakings, asked when a member's file is filled in",
    )
    clamd: str = Field(
        default="",
        description="host:port or socket of the clamd that searches files for viruses; empty: none does",
    )
    spool_dir: Path = Field(
        default=ROOT / "instance" / "spool",
        description="Where a worker notes, on its own disk, what the mail server answered while it sends",
    )
    clock_file: Path | None = Field(
        default=None, description="Embedded only: a file that holds an offset in seconds, added to the clock"
    )
    allow_demo: bool = Field(
        default=False,
        description="Lets the accounts of the demo be open where others come: for a demonstration",
    )
    log_level: str = Field(
        default="", description="DEBUG, INFO, WARNING or ERROR; INFO unless said, WARNING when embedded"
    )
    metrics_token: str = Field(
        default="", description="What /metrics asks for as a bearer token; empty: there is no /metrics"
    )

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, value: str) -> str:
        """SQLAlchemy needs the driver's name; people and hosts write the address without it."""
        scheme, separator, rest = value.partition("://")
        if scheme in {"postgres", "postgresql"}:
            scheme = "postgresql+psycopg"
        return scheme + separator + rest

    @field_validator("seal_keys")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        """Raise ValueError for none, or one that could be guessed."""
        if not value.split() or min(map(len, value.split())) < 32:
            raise ValueError(
                "SEAL_KEYS is one key or several with spaces between, 32 characters at least each"
            )
        return value

    @field_validator("log_level")
    @classmethod
    def _a_level(cls, value: str) -> str:
        """Raise ValueError for what isn't a level."""
        known = ("", "DEBUG", "INFO", "WARNING", "ERROR")
        if value.upper() not in known:
            raise ValueError(f"LOG_LEVEL is one of {', '.join(filter(None, known))}")
        return value.upper()

    @field_validator("imap_url", "notices_imap_url")
    @classmethod
    def _nobody_listens(cls, value: str, info: ValidationInfo) -> str:
        """Raise ValueError for an address whose password anybody on the way could read, or that is none."""
        where = urlsplit(value)
        plain = where.scheme == "imap" and where.hostname in {"127.0.0.1", "localhost", "::1"}
        if value and not (plain or (where.scheme == "imaps" and where.hostname)):
            name = (info.field_name or "").upper()
            raise ValueError(f"{name} is imaps://user:password@host/INBOX; imap:// on this machine only")
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _not_weakened(self) -> Self:
        """Raise ValueError for an installation that people rely on and that would ask its office for less."""
        if self.second_factor == "offered" and not self.embedded:
            raise ValueError("SECOND_FACTOR=offered is for one's own machine (dev.py run): leave it unset")
        return self

    @property
    def forward_to(self) -> str:
        """The address that notices are forwarded to; "" where nobody reads it."""
        read = self.notices_imap_url or (self.embedded and self.mailbox_dir is not None)
        domain = parseaddr(self.mail_from)[1].rpartition("@")[2]
        return (self.notices_address or f"avis@{domain}") if read else ""

    @property
    def level(self) -> str:
        """From which level on things are logged; less on one's own machine, whose terminal is for the person."""
        return self.log_level or ("WARNING" if self.embedded else "INFO")

    @property
    def secure(self) -> bool:
        """Whether people reach the product by https: then cookies travel on nothing else."""
        return self.public_url.startswith("https://")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read at the first call.

    Raises SystemExit, which says each variable that is missing or wrong, and ends the process with it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(in_words(error)) from None


def in_words(error: ValidationError) -> str:
    """What is missing or wrong, a variable a line, without any value."""
    lines = ["Settings are missing or wrong (docs/deploy.md describes each):"]
    for one in error.errors(include_input=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        described = Settings.model_fields[name].description if name in Settings.model_fields else ""
        missing = one["type"] == "missing"
        lines.append(f"  {name.upper()}: {'missing. ' if missing else one['msg'] + '. '}{described or ''}")
    return "\n".join(lines)
