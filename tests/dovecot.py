"""A real IMAP server on loopback, with one mailbox."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.live import free_port, until
from tests.programs import needs

NAME, WORD = "retours", "a-word-of-this-test"
CONFIGURATION = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
{cipher}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
first_valid_uid = 0
last_valid_uid = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={word}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure_port}
  }}
}}
service anvil {{
  chroot =
}}
"""


def certified(path: Path) -> Path:
    """Write a key and a certificate that it signed itself, for the server's address; returns `path`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mailbox of a test")])
    addresses = [x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    written = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(written + made.public_bytes(serialization.Encoding.PEM))
    return path


class Mailbox:
    """The mailbox: `url` for the product, `put()` for what a mail server would deliver."""

    def __init__(self, server: "subprocess.Popen[bytes]", port: int, secure_port: int) -> None:
        self.server = server
        self.port = port
        self.url = f"imap://{NAME}:{WORD}@127.0.0.1:{port}/INBOX"
        self.secure_url = f"imaps://{NAME}:{WORD}@127.0.0.1:{secure_port}/INBOX"
        """Where TLS is spoken from the first byte: with a certificate only."""

    def put(self, content: bytes) -> None:
        """Deliver a message."""
        with self._connected() as server:
            status, said = server.append("INBOX", "", imaplib.Time2Internaldate(0), content)
            assert status == "OK", said

    def unread(self) -> int:
        """How many messages nobody has read."""
        with self._connected() as server:
            server.select("INBOX", readonly=True)
            _, [found] = server.search(None, "UNSEEN")
            return len(found.split())

    def break_off(self) -> None:
        """Drop every connection, as when the server's machine goes down."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait(20)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as server:
            server.login(NAME, WORD)
            yield server


@contextlib.contextmanager
def dovecot(certificate: Path | None = None) -> Iterator[Mailbox]:
    """A server that runs within the block; the test is skipped where the program can't be had.

    `certificate`: what `certified` wrote; without it the server speaks no TLS.
    """
    program = needs("dovecot")
    secure_port = free_port() if certificate else 0
    cipher = f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{certificate}" if certificate else "ssl = no"
    with tempfile.TemporaryDirectory(prefix="mg-imap-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        # Mail is never kept as root, whatever the server may.
        root = os.geteuid() == 0
        account = pwd.getpwnam("nobody" if root else getpass.getuser())
        (folder / "mail").mkdir()
        os.chown(folder / "mail", account.pw_uid, account.pw_gid)
        # The package's own users, as it would run; without its rights, everything is one's own.
        inner = pwd.getpwnam("dovecot") if root else account
        login = "dovenull" if root else account.pw_name
        configuration = folder / "dovecot.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=folder,
                port=port,
                secure_port=secure_port,
                cipher=cipher,
                word=WORD,
                uid=account.pw_uid,
                gid=account.pw_gid,
                user=inner.pw_name,
                login=login,
                group=grp.getgrgid(inner.pw_gid).gr_name,
            )
        )
        server = subprocess.Popen([program, "-F", "-c", str(configuration)], start_new_session=True)
        try:
            box = Mailbox(server, port, secure_port)
            until(lambda: _answers(box), 20)
            yield box
        finally:
            server.terminate()
            server.wait(20)


def _answers(box: Mailbox) -> bool:
    try:
        return box.unread() == 0
    except (OSError, imaplib.IMAP4.error):
        return False
