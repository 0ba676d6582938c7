package io.github.coda4j.eval.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The numbers of Linux's system calls on a processor.
 *
 * @param architecture how seccomp names it
 * @param column which of the numbers below are its
 */
record SystemCalls(int architecture, int column) {
    /** Numbers above are of kernels newer than this table: they are answered with ENOSYS. */
    static final int NEWEST = 470;

    private static final int X86_64 = 0xC000003E;
    private static final int AARCH64 = 0xC00000B7;

    /** Name, number on x86-64, number on aarch64; -1 where there is none. What no confined process needs. */
    private static final String NEVER = """
            socket 41 198
            ptrace 101 117
            process_vm_readv 310 270
            process_vm_writev 311 271
            process_madvise 440 440
            kcmp 312 272
            pidfd_getfd 438 438
            mount 165 40
            umount2 166 39
            pivot_root 155 41
            chroot 161 51
            unshare 272 97
            setns 308 268
            mount_setattr 442 442
            move_mount 429 429
            open_tree 428 428
            fsopen 430 430
            fsconfig 431 431
            fsmount 432 432
            fspick 433 433
            keyctl 250 219
            add_key 248 217
            request_key 249 218
            bpf 321 280
            perf_event_open 298 241
            io_uring_setup 425 425
            io_uring_enter 426 426
            io_uring_register 427 427
            userfaultfd 323 282
            kexec_load 246 104
            kexec_file_load 320 294
            init_module 175 105
            finit_module 313 273
            delete_module 176 106
            reboot 169 142
            swapon 167 224
            swapoff 168 225
            sethostname 170 161
            setdomainname 171 162
            settimeofday 164 170
            clock_settime 227 112
            adjtimex 159 171
            clock_adjtime 305 266
            acct 163 89
            quotactl 179 60
            quotactl_fd 443 443
            open_by_handle_at 304 265
            name_to_handle_at 303 264
            shmget 29 194
            shmat 30 196
            shmctl 31 195
            semget 64 190
            semctl 66 191
            msgget 68 186
            msgctl 71 187
            mq_open 240 180
            memfd_create 319 279
            memfd_secret 447 447
            personality 135 92
            iopl 172 -1
            ioperm 173 -1
            fanotify_init 300 262
            syslog 103 116
            vhangup 153 58
            nfsservctl 180 42
            lookup_dcookie 212 18
            modify_ldt 154 -1
            uselib 134 -1
            ustat 136 -1
            sysfs 139 -1
            migrate_pages 256 238
            move_pages 279 239
            setpriority 141 140
            sched_setscheduler 144 119
            sched_setparam 142 118
            sched_setattr 314 274
            ioprio_set 251 30
            setxattr 188 5
            lsetxattr 189 6
            fsetxattr 190 7
            removexattr 197 14
            lremovexattr 198 15
            fremovexattr 199 16
            setxattrat 463 463
            removexattrat 466 466
            open_tree_attr 467 467
            file_setattr 469 469
            chown 92 -1
            fchown 93 55
            lchown 94 -1
            fchownat 260 54
            setgroups 116 159
            setfsuid 122 151
            setfsgid 123 152
            """;

    /** The same for what a program may not do although the process that runs it had to. */
    private static final String NEVER_AGAIN = """
            fork 57 -1
            vfork 58 -1
            execve 59 221
            execveat 322 281
            rt_sigqueueinfo 129 138
            rt_tgsigqueueinfo 297 240
            pidfd_open 434 434
            pidfd_send_signal 424 424
            setrlimit 160 164
            chmod 90 -1
            fchmod 91 52
            fchmodat 268 53
            fchmodat2 452 452
            utime 132 -1
            utimes 235 -1
            utimensat 280 88
            futimesat 261 -1
            setuid 105 146
            setgid 106 144
            setreuid 113 145
            setregid 114 143
            setresuid 117 147
            setresgid 119 149
            capset 126 91
            """;

    private static final String BY_ARGUMENT = """
            clone 56 220
            clone3 435 435
            kill 62 129
            tkill 200 130
            tgkill 234 131
            prlimit64 302 261
            fcntl 72 25
            ioctl 16 29
            prctl 157 167
            seccomp 317 277
            capset 126 91
            """;

    /** Those of this processor; empty when it is none of the two. */
    static Optional<SystemCalls> ofThisMachine() {
        return of(System.getProperty("os.arch"));
    }

    static Optional<SystemCalls> of(String processor) {
        return switch (processor.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> Optional.of(new SystemCalls(X86_64, 1));
            case "aarch64" -> Optional.of(new SystemCalls(AARCH64, 2));
            default -> Optional.empty();
        };
    }

    boolean hasOldNumbers() {
        return architecture == X86_64;
    }

    long prctl() {
        return number("prctl");
    }

    List<Integer> never() {
        return numbers(NEVER);
    }

    List<Integer> neverAgain() {
        return numbers(NEVER_AGAIN);
    }

    int number(String name) {
        return BY_ARGUMENT
                .lines()
                .map(line -> line.split(" "))
                .filter(line -> line[0].equals(name))
                .map(line -> Integer.parseInt(line[column]))
                .findFirst()
                .orElseThrow();
    }

    private List<Integer> numbers(String table) {
        List<Integer> numbers = new ArrayList<>();
        table.lines()
                .map(line -> Integer.parseInt(line.split(" ")[column]))
                .filter(number -> number >= 0)
                .forEach(numbers::add);
        return numbers;
    }
}
