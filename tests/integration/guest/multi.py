# multiprocessing with the start method given: pool, queue, shared value, lock.
import multiprocessing as mp
import sys


def square(n):
    return n * n


def produce(queue, total, lock):
    for n in range(10):
        queue.put(n)
        with lock:
            total.value += n


if __name__ == "__main__":
    context = mp.get_context(sys.argv[1])
    with context.Pool(3) as pool:
        print(pool.map(square, range(20)))
    queue, total, lock = context.Queue(), context.Value("i", 0, lock=False), context.Lock()
    workers = [context.Process(target=produce, args=(queue, total, lock)) for _ in range(2)]
    for worker in workers:
        worker.start()
    print(sorted(queue.get() for _ in range(20)))
    for worker in workers:
        worker.join()
    print(total.value, [worker.exitcode for worker in workers])
