#!/usr/bin/env python3
"""Many of everything: threads, processes, descriptors, waiting readers."""
# groups: scale
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import main, same  # noqa: E402

same("scale", "thousand_threads", ["./many", "threads", "1000"], guests=["many.c"], status=0, timeout=60)
same("scale", "threads_come_and_go", ["./many", "churn", "3000"], guests=["many.c"], status=0, timeout=60)
same("scale", "five_hundred_processes", ["./many", "processes", "500"], guests=["many.c"], status=0, timeout=60)
same("scale", "process_chain", ["./many", "chain", "200"], guests=["many.c"], status=0, timeout=60)
same("scale", "orphans", ["./many", "orphans", "100"], guests=["many.c"], status=0, timeout=60)
same("scale", "ring_of_pipes", ["./many", "ring", "100"], guests=["many.c"], status=0, timeout=60)
same("scale", "execs", "for i in $(seq 200); do /bin/true; done; echo done", status=0, timeout=90)
same("scale", "long_pipeline", "seq 1000 " + "| cat " * 50 + "| sha256sum", status=0, timeout=60)
same("scale", "many_files", "mkdir d && (cd d && seq 2000 | xargs touch) && ls d | wc -l && rm -r d && ls", status=0, timeout=90)
same("scale", "deep_directories", "for i in $(seq 100); do mkdir d && cd d || exit 1; done; pwd | grep -o d/d | wc -l", status=0, timeout=60)

if __name__ == "__main__":
    main()
