"""Appends numbered lines to a file while another thread changes its mode."""
import os
import sys
import threading

path, count = sys.argv[1], int(sys.argv[2])
fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
done = threading.Event()


def change_mode():
    while not done.is_set():
        os.chmod(path, 0o600)
        os.chmod(path, 0o644)


thread = threading.Thread(target=change_mode)
thread.start()
for n in range(count):
    os.write(fd, b"guest %d\n" % n)
done.set()
thread.join()
print(os.stat(path).st_size == os.lseek(fd, 0, os.SEEK_END))
