package io.pairstream.image.worker.process;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Takes from this process, for good, nearly all that it can ask of the system.
 *
 * <p>What is left: to read and write what is open already, memory, waiting, time, and the end. No
 * file can be opened, no process or thread started, none but its own signalled, no socket made and
 * no right gained; such a call fails with {@code EPERM}. So whatever the process needs later is to
 * be open before. A call that this class does not know is among the refused.
 *
 * <p>Numbers are those of {@code asm/unistd.h}, the rest of seccomp(2) and linux/filter.h.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SystemCallFilter(int architecture, int seccomp, int tgkill, int[] allowed) {

  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final long SECCOMP_SET_MODE_FILTER = 1;

  /** Applies to all threads, without disabling speculative execution. */
  private static final long TSYNC_AND_SPEC_ALLOW = 1 | 4;

  private static final int LOAD_WORD = 0x20;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 0x06;
  private static final int ALLOW = 0x7fff0000;
  private static final int FAIL_WITH_EPERM = 0x00050001;
  private static final int INSTRUCTION_BYTES = 8;

  /** Offsets in the filter's input: number of the call, architecture, first argument. */
  private static final int CALL = 0;

  private static final int ARCHITECTURE = 4;
  private static final int FIRST_ARGUMENT = 16;

  /**
   * The allowed calls on x86-64, and below on aarch64 in the same order: read, write, readv,
   * writev, pread64, lseek, close, fstat, ppoll, mmap, munmap, mremap, mprotect, madvise, brk,
   * futex, restart_syscall, sched_yield, sched_getaffinity, getcpu, membarrier, rseq,
   * set_robust_list, rt_sigaction, rt_sigprocmask, rt_sigreturn, sigaltstack, nanosleep,
   * clock_nanosleep, clock_gettime, clock_getres, gettimeofday, times, getrusage, getpid, gettid,
   * sysinfo, uname, getrandom, exit, exit_group; then poll, which aarch64 has not.
   */
  private static final int[] X86_64 = {
    0, 1, 19, 20, 17, 8, 3, 5, 271, 9, 11, 25, 10, 28, 12, 202, 219, 24, 204, 309, 324, 334, 273,
    13, 14, 15, 131, 35, 230, 228, 229, 96, 100, 98, 39, 186, 99, 63, 318, 60, 231, 7
  };

  private static final int[] AARCH64 = {
    63, 64, 65, 66, 67, 62, 57, 80, 73, 222, 215, 216, 226, 233, 214, 98, 128, 124, 123, 168, 283,
    293, 99, 134, 135, 139, 132, 101, 115, 113, 114, 169, 153, 165, 172, 178, 179, 160, 278, 93, 94
  };

  /**
   * Installs the filter on all threads of this process.
   *
   * @throws IllegalStateException where this system has no such filter; the message says why
   */
  static void install() {
    String machine = System.getProperty("os.arch");
    if (!Platform.isLinux()) {
      throw new IllegalStateException("only Linux has one");
    }
    switch (machine) {
      case "amd64" -> new SystemCallFilter(0xC000003E, 317, 234, X86_64).enforce();
      case "aarch64" -> new SystemCallFilter(0xC00000B7, 277, 131, AARCH64).enforce();
      default -> throw new IllegalStateException("none is known for " + machine);
    }
  }

  private void enforce() {
    ByteBuffer program = program((int) ProcessHandle.current().pid());
    Memory header = new Memory(2L * Native.POINTER_SIZE);
    header.clear();
    header.setShort(0, (short) (program.capacity() / INSTRUCTION_BYTES));
    header.setPointer(Native.POINTER_SIZE, Native.getDirectBufferPointer(program));
    try {
      call("prctl", PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
      call("syscall", (long) seccomp, SECCOMP_SET_MODE_FILTER, TSYNC_AND_SPEC_ALLOW, header);
    } finally {
      Reference.reachabilityFence(program);
    }
    try (FileInputStream opened = new FileInputStream("/dev/null")) {
      throw new IllegalStateException(
          "it is in force and lets a file be opened, of which "
              + opened.available()
              + " bytes wait");
    } catch (IOException e) {
      // As it has to be.
    }
  }

  private static void call(String function, Object... arguments) {
    if (Function.getFunction("c", function).invokeLong(arguments) != 0) {
      throw new IllegalStateException(function + " fails with error " + Native.getLastError());
    }
  }

  private ByteBuffer program(int ownPid) {
    ByteBuffer program =
        ByteBuffer.allocateDirect(INSTRUCTION_BYTES * (2 * allowed.length + 9))
            .order(ByteOrder.nativeOrder());
    add(program, LOAD_WORD, 0, 0, ARCHITECTURE);
    add(program, JUMP_IF_EQUAL, 1, 0, architecture);
    add(program, RETURN, 0, 0, FAIL_WITH_EPERM);
    add(program, LOAD_WORD, 0, 0, CALL);
    for (int call : allowed) {
      add(program, JUMP_IF_EQUAL, 0, 1, call);
      add(program, RETURN, 0, 0, ALLOW);
    }
    // A signal to a thread of one's own is how a process ends itself.
    add(program, JUMP_IF_EQUAL, 0, 3, tgkill);
    add(program, LOAD_WORD, 0, 0, FIRST_ARGUMENT);
    add(program, JUMP_IF_EQUAL, 0, 1, ownPid);
    add(program, RETURN, 0, 0, ALLOW);
    add(program, RETURN, 0, 0, FAIL_WITH_EPERM);
    return program;
  }

  private static void add(
      ByteBuffer program, int code, int skipIfTrue, int skipIfFalse, int value) {
    program.putShort((short) code).put((byte) skipIfTrue).put((byte) skipIfFalse).putInt(value);
  }
}
