"""Several processes that serve one listening socket, looked after by the one that started them."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence

PAUSE = 0.2
# A process that cannot even start must not be started anew all the time.
AGAIN_AFTER = 1.0


class Processes:
    """Started with `command`, which inherits the file descriptors; whichever ends by itself is started again. Each gets
    the number of a pipe as its last argument, whose other end closes with this process, however it ends.
    """

    def __init__(self, command: Sequence[str], *, count: int, inherited: Sequence[int]) -> None:
        self.command, self.inherited = list(command), list(inherited)
        self.lifeline, self._ours = os.pipe()
        self.running = [self._started() for _ in range(count)]

    def _started(self) -> subprocess.Popen[bytes]:
        command = [*self.command, str(self.lifeline)]
        # The signals of a terminal reach the whole group; only ours may end the others.
        return subprocess.Popen(  # noqa: S603 - our own command
            command, pass_fds=[*self.inherited, self.lifeline], start_new_session=True
        )

    def look_after(self) -> None:
        """Until this process is interrupted."""
        while True:
            time.sleep(PAUSE)
            for place, process in enumerate(self.running):
                if process.poll() is not None:
                    time.sleep(AGAIN_AFTER)
                    self.running[place] = self._started()

    def stop(self, *, within: float = 20) -> None:
        """Let each finish what it is doing."""
        for process in self.running:
            process.send_signal(signal.SIGINT)
        for process in self.running:
            try:
                process.wait(timeout=within)
            except subprocess.TimeoutExpired:
                process.kill()
        os.close(self._ours)
        os.close(self.lifeline)


def end_with(lifeline: int) -> None:
    """End this process as if interrupted as soon as the other end of the pipe closes."""

    def watch() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
