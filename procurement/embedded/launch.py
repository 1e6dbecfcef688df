"""Become another program that dies with its parent (run by path, never imported).

``python -I -S launch.py SIGNAL UID PARENT NICENESS COMMAND…``: drops to UID (unless it is -1),
asks the kernel to send SIGNAL to this process when PARENT dies, then executes COMMAND. The user
is changed here, and not by the caller, because a change of user forgets the wish, and
because the new user may not be allowed to reach this very interpreter.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Do what the arguments say; never returns."""
    death_signal, uid, parent, niceness = (int(word) for word in sys.argv[1:5])
    command = sys.argv[5:]
    os.nice(niceness)
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            # The parent died before the wish was made.
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell wanted


if __name__ == "__main__":
    main()
