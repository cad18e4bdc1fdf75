// Threads, a subprocess and a file, from the JVM.
import java.nio.file.*;
import java.util.concurrent.*;

public class Hello {
  public static void main(String[] args) throws Exception {
    System.out.println("hello from java");
    ExecutorService pool = Executors.newFixedThreadPool(4);
    long sum = 0;
    for (Future<Integer> f : pool.invokeAll(java.util.Collections.nCopies(10, (Callable<Integer>) () -> 21))) sum += f.get();
    pool.shutdown();
    System.out.println(sum);
    Process p = new ProcessBuilder("echo", "from a child").start();
    System.out.print(new String(p.getInputStream().readAllBytes()));
    System.out.println(p.waitFor());
    Files.writeString(Path.of("out.txt"), "written");
    System.out.println(Files.readString(Path.of("out.txt")));
  }
}
