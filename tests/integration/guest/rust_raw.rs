// Threads, channels, a child, files and system calls by inline assembly, one of them at an odd address.
use std::arch::{asm, global_asm};
use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc;
use std::thread;

global_asm!(
    ".balign 16",
    ".byte 0x90", // so that the instruction below lies at an odd address
    ".globl odd_syscall",
    "odd_syscall:",
    "mov rax, rdi",
    "mov rdi, rsi",
    "nop",
    "syscall",
    "ret"
);

extern "C" {
    fn odd_syscall(number: u64, argument: u64) -> i64;
}

// Keeps values in every register that a system call must preserve.
fn preserves_registers() -> bool {
    let (b, d, s, r8, r9, r10): (u64, u64, u64, u64, u64, u64);
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") 39u64 => _,
            inlateout("rdx") 0x1111u64 => d, inlateout("rsi") 0x2222u64 => s, inlateout("rdi") 0x3333u64 => b,
            inlateout("r8") 0x4444u64 => r8, inlateout("r9") 0x5555u64 => r9, inlateout("r10") 0x6666u64 => r10,
            lateout("rcx") _, lateout("r11") _,
        );
    }
    (d, s, b, r8, r9, r10) == (0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666)
}

fn main() {
    let (sender, receiver) = mpsc::channel();
    let workers: Vec<_> = (0..16u64)
        .map(|n| {
            let sender = sender.clone();
            thread::spawn(move || sender.send(n * n).unwrap())
        })
        .collect();
    drop(sender);
    println!("sum {}", receiver.iter().sum::<u64>());
    for worker in workers {
        worker.join().unwrap();
    }

    println!("same pid {}", unsafe { odd_syscall(39, 0) } as u32 == std::process::id());
    println!("bad close {}", unsafe { odd_syscall(3, 9999) });
    println!("no such call {}", unsafe { odd_syscall(99999, 0) });
    println!("registers {}", preserves_registers());

    let child = Command::new("/bin/echo").arg("from a child").output().unwrap();
    print!("{}", String::from_utf8_lossy(&child.stdout));

    std::fs::File::create("out").unwrap().write_all(&[7u8; 100_000]).unwrap();
    let mut back = Vec::new();
    std::fs::File::open("out").unwrap().read_to_end(&mut back).unwrap();
    println!("file {} {}", back.len(), back.iter().all(|&b| b == 7));
    println!("panics {}", thread::spawn(|| panic_quietly()).join().is_err());
}

fn panic_quietly() {
    std::panic::set_hook(Box::new(|_| {}));
    panic!("on purpose");
}
