// A Go program issues its system calls without libc, from many threads, with its own stacks and signal handling.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sort"
	"sync"
	"syscall"
	"time"
)

func main() {
	var group sync.WaitGroup
	results := make(chan int, 1000)
	for i := 0; i < 1000; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			runtime.Gosched()
			results <- n * n
		}(i)
	}
	group.Wait()
	close(results)
	sum := 0
	for r := range results {
		sum += r
	}
	fmt.Println("sum", sum)

	// Goroutines that block in the kernel get threads of their own.
	for i := 0; i < 20; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			ts := syscall.Timespec{Nsec: 20_000_000}
			syscall.Nanosleep(&ts, nil)
		}()
	}
	group.Wait()

	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println("signal", <-caught)

	out, err := exec.Command("/bin/echo", "from a child").Output()
	fmt.Printf("%s%v\n", out, err)

	entries, err := os.ReadDir("/usr/share/common-licenses")
	sort.Slice(entries, func(a, b int) bool { return entries[a].Name() < entries[b].Name() })
	fmt.Println(len(entries), err)

	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var nothing *int
		*nothing = 1 // A SIGSEGV that the runtime turns into a panic.
	}()

	select {
	case <-time.After(30 * time.Millisecond):
		fmt.Println("timer")
	}
	runtime.GC()
}
