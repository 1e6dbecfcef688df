"""A real IMAP server on loopback, with one mailbox."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.live import free_port, until
from tests.programs import needs

NAME, WORD = "retours", "a-word-of-this-test"
CONFIGURATION = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
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
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


class Mailbox:
    """The mailbox: `url` for the product, `put()` for what a mail server would deliver."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"imap://{NAME}:{WORD}@127.0.0.1:{port}/INBOX"

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

    @contextlib.contextmanager
    def _connected(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as server:
            server.login(NAME, WORD)
            yield server


@contextlib.contextmanager
def dovecot() -> Iterator[Mailbox]:
    """A server that runs within the block; the test is skipped where the program can't be had."""
    program = needs("dovecot")
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
                word=WORD,
                uid=account.pw_uid,
                gid=account.pw_gid,
                user=inner.pw_name,
                login=login,
                group=grp.getgrgid(inner.pw_gid).gr_name,
            )
        )
        server = subprocess.Popen([program, "-F", "-c", str(configuration)])
        try:
            box = Mailbox(port)
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
