package io.github.coda4j.cli.data;

import io.github.coda4j.Amounts;
import io.github.coda4j.data.Account;
import java.io.PrintStream;
import java.util.Locale;

/** Prints what became of the documents of a corpus. */
final class CorpusReport {
    private CorpusReport() {}

    /** @param what they are called: documents, rows */
    static void print(PrintStream out, Account account, String what) {
        out.printf(Locale.ROOT, "%,d %s:%n", account.documents(), what);
        for (Account.Line line : account.lines()) {
            out.printf(
                    Locale.ROOT,
                    "%,12d  %10s  %s%s%n",
                    line.documents(),
                    Amounts.bytes(line.bytes()),
                    line.fate().label(),
                    example(line));
        }
        if (!account.told().isEmpty()) {
            out.println(account.told());
        }
    }

    private static String example(Account.Line line) {
        if (line.fate().kept()) {
            return line.why().isEmpty() ? "" : " (" + line.why() + ")";
        }
        return " (first: " + line.example() + (line.why().isEmpty() ? "" : ": " + line.why()) + ")";
    }
}
