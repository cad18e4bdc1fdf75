#!/usr/bin/env python3
"""More of the programs that have to work: other shells, script languages, build systems, packages."""
# groups: shells scripts builds packages
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import main, same  # noqa: E402

same("shells", "zsh", ["zsh", "-f", "-c", "print -l a b; for i in {1..3}; do echo $i; done; (exit 4) & wait $!; echo $?; x=(*(N)); echo $#x"], needs=["zsh"], status=0)
same("shells", "dash", ["dash", "-c", "echo dash; (exit 3); echo $?; trap 'echo bye' EXIT; cat <<A\n$(echo in)\nA\n"], needs=["dash"], status=0)

same("scripts", "ruby", ["ruby", "-e", """
puts [1, 2, 3].sum; puts `echo sub`; Thread.new { puts :thread }.join
r, w = IO.pipe; fork { w.puts 'kid' }; Process.wait; puts r.gets; trap('USR1') { puts :signal }; Process.kill('USR1', $$); sleep 0.05
"""], needs=["ruby"], status=0, timeout=60)
same("scripts", "php", ["php", "-n", "-r", """
echo array_sum([1, 2, 3]), "\\n", shell_exec("echo sub"); file_put_contents("x", str_repeat("a", 5000)); echo filesize("x"), "\\n", md5_file("x"), "\\n";
"""], needs=["php"], status=0, timeout=60)
same("scripts", "openssl", "openssl dgst -sha256 /etc/passwd; echo text | openssl enc -aes-256-cbc -pbkdf2 -pass pass:x | openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:x",
     needs=["openssl"], status=0)
same("scripts", "compressors", "seq 10000 > f; for c in xz bzip2 zstd; do $c -q -k f && $c -dc f.* | cmp - f && rm f.*; done; ls", needs=["xz", "bzip2", "zstd"], status=0, timeout=60)
same("scripts", "npm", ["npm", "--version"], needs=["npm"], status=0, timeout=90)

same("builds", "cmake_and_make", """
  echo 'int main(void) { return 3; }' > m.c; printf 'cmake_minimum_required(VERSION 3.0)\\nproject(x C)\\nadd_executable(m m.c)\\n' > CMakeLists.txt
  cmake -B b . > log 2>&1 && make -C b > log 2>&1 && b/m; echo $?
""", needs=["cmake", "make", "gcc"], status=0, timeout=120)
same("builds", "ninja", """
  printf 'rule r\\n command = sleep 0.01; echo $in > $out\\nbuild a: r\\nbuild b: r a\\nbuild c: r a\\n' > build.ninja; ninja > log && cat a b c && ninja
""", needs=["ninja"], status=0, timeout=60)
same("builds", "clang", "echo 'int main(void) { return 5; }' > m.c && clang m.c -o m && ./m", needs=["clang"], status=5, timeout=90)

same("packages", "rsync", "mkdir -p a/b && echo hi > a/f && ln -s f a/l && chmod 600 a/f && rsync -a a/ c/ && rsync -ai a/ c/; stat -c '%n %a' c/* ; cat c/f", needs=["rsync"], status=0, timeout=60)
same("packages", "dpkg", """
  mkdir -p p/DEBIAN p/usr/share/x r/var/lib/dpkg/{info,updates,triggers} && touch r/var/lib/dpkg/status
  printf 'Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@b>\\nDescription: x\\n' > p/DEBIAN/control; echo hi > p/usr/share/x/f
  d="dpkg --root=$PWD/r --force-script-chrootless --force-not-root --log=/dev/null"
  dpkg-deb --root-owner-group --build p x.deb && $d -i x.deb && cat r/usr/share/x/f && $d -r x && ls r/usr 2>&1
""", needs=["dpkg", "dpkg-deb"], timeout=60)

if __name__ == "__main__":
    main()
