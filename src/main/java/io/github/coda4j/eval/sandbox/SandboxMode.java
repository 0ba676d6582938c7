package io.github.coda4j.eval.sandbox;

/** How much of a sandbox is asked for. */
public enum SandboxMode {
    /** All of it, or nothing is run. */
    REQUIRED,
    /** What this system has; what it lacks is said. */
    BEST,
    /** None: programs run with the rights of who starts them. */
    OFF,
    /** The program bubblewrap, which must be installed. */
    BWRAP
}
