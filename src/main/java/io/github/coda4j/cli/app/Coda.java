package io.github.coda4j.cli.app;

import static io.github.coda4j.Checks.check;

import io.github.coda4j.cli.CommandGroup;
import io.github.coda4j.cli.ExitCodes;
import io.github.coda4j.cli.Interrupt;
import io.github.coda4j.cli.World;
import io.github.coda4j.cli.answer.ChatCommand;
import io.github.coda4j.cli.answer.DecideCommand;
import io.github.coda4j.cli.answer.DemoCommand;
import io.github.coda4j.cli.answer.GenerateCommand;
import io.github.coda4j.cli.answer.InfillCommand;
import io.github.coda4j.cli.bench.BenchCommand;
import io.github.coda4j.cli.calibrate.CalibrateCommand;
import io.github.coda4j.cli.data.DataCommand;
import io.github.coda4j.cli.eval.EvalCommand;
import io.github.coda4j.cli.export.ExportCommand;
import io.github.coda4j.cli.help.CompletionCommand;
import io.github.coda4j.cli.help.FoldedExamples;
import io.github.coda4j.cli.help.HelpCommand;
import io.github.coda4j.cli.help.ManCommand;
import io.github.coda4j.cli.inspect.InspectCommand;
import io.github.coda4j.cli.make.InitCommand;
import io.github.coda4j.cli.make.JoinCommand;
import io.github.coda4j.cli.make.ModelsCommand;
import io.github.coda4j.cli.make.PullCommand;
import io.github.coda4j.cli.make.QuantizeCommand;
import io.github.coda4j.cli.make.SplitCommand;
import io.github.coda4j.cli.serve.PageServer;
import io.github.coda4j.cli.serve.ServeCommand;
import io.github.coda4j.cli.train.PlanCommand;
import io.github.coda4j.cli.train.TrainCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root of the command tree. */
@Command(
        name = "coda",
        description = "CoDA, the masked-diffusion language model for code, on the JVM.",
        sortOptions = false,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  coda demo",
            "  coda infill examples/Account.java --diff",
            "  coda generate --raw --max-new-tokens 3 \"for (int i = 0; i < names.size();\"",
            "  coda pull Salesforce/CoDA-v0-Instruct",
            "  coda generate --model Salesforce/CoDA-v0-Instruct \"Write a Java method that reverses a list\"",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 141 nobody read the output."
        })
final class Coda extends CommandGroup {
    private static final int WIDTH = 100;
    /** What stands in an argument for a character that could not be decoded. */
    private static final char REPLACED = '\uFFFD';

    private final World world;
    private final Interrupt interrupt;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces.")
    boolean debug;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    boolean version;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show what this command does and exit.")
    boolean help;

    Coda(World world, Interrupt interrupt) {
        this.world = world;
        this.interrupt = interrupt;
    }

    /** Runs one command line and returns its exit code; everything that goes wrong is reported on one line. */
    int run(String... arguments) {
        Problems problems = new Problems(world, debugs(arguments));
        int code;
        try {
            checkReadable(arguments);
            code = execute(problems, arguments);
            world.out().flush();
        } catch (Throwable e) {
            return problems.report(e);
        }
        return world.out().lost().map(problems::report).orElse(code);
    }

    private int execute(Problems problems, String... arguments) {
        if (List.of(arguments).equals(List.of("--version"))) {
            world.out().println(Version.line());
            return ExitCodes.OK;
        }
        // What picocli itself prints is help; a failure to print it would end in a stack trace of its.
        StringWriter help = new StringWriter();
        CommandLine tree = tree().setOut(new PrintWriter(help));
        problems.handle(tree);
        int code = tree.execute(arguments);
        world.out().print(help);
        return code;
    }

    /** Whether stack traces are asked for; what stands behind {@code --} is no option. */
    static boolean debugs(String... arguments) {
        return Stream.of(arguments)
                .takeWhile(argument -> !argument.equals("--"))
                .anyMatch("--debug"::equals);
    }

    /** The JVM replaces what the locale's encoding lacks before anybody sees it. */
    private void checkReadable(String... arguments) {
        String encoding = world.systemProperties().getOrDefault(World.ENCODING, "UTF-8");
        for (String argument : arguments) {
            check(
                    encoding.equalsIgnoreCase("UTF-8") || argument.indexOf(REPLACED) < 0,
                    "the argument '%s' has characters that the locale's encoding %s lacks: start coda with its script, "
                            + "or with LC_ALL=C.UTF-8",
                    argument,
                    encoding);
        }
    }

    /** The root command with all others below it. */
    CommandLine tree() {
        CommandLine root = new CommandLine(this)
                .addSubcommand(new DemoCommand(world, new PageServer(world, interrupt)::show))
                .addSubcommand(new GenerateCommand(world))
                .addSubcommand(new InfillCommand(world))
                .addSubcommand(new ChatCommand(world))
                .addSubcommand(new DecideCommand(world))
                .addSubcommand(new ServeCommand(world, interrupt))
                .addSubcommand(new ModelsCommand(world))
                .addSubcommand(new PullCommand(world))
                .addSubcommand(new InitCommand(world, interrupt))
                .addSubcommand(new QuantizeCommand(world, interrupt))
                .addSubcommand(new SplitCommand(world))
                .addSubcommand(new JoinCommand(world))
                .addSubcommand(DataCommand.tree(world, interrupt))
                .addSubcommand(TrainCommand.tree(world, interrupt))
                .addSubcommand(new PlanCommand(world))
                .addSubcommand(InspectCommand.tree(world, interrupt))
                .addSubcommand(BenchCommand.tree(world))
                .addSubcommand(EvalCommand.tree(world, interrupt))
                .addSubcommand(CalibrateCommand.tree(world))
                .addSubcommand(ExportCommand.tree(world))
                .addSubcommand(new HelpCommand(world))
                .addSubcommand(new CompletionCommand(world))
                .addSubcommand(new ManCommand(world));
        // "@NAME" is what it says and not the contents of a file.
        root.setExpandAtFiles(false);
        root.setUsageHelpWidth(WIDTH);
        root.setUsageHelpLongOptionsMaxWidth(36);
        FoldedExamples.in(root);
        root.setErr(new PrintWriter(world.err(), true, StandardCharsets.UTF_8));
        return root;
    }
}
