package io.github.coda4j.testkit;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.coda4j.MayUse;

/**
 * The project's classes as files, read once for all tests that look at them. Of classes of others only their names are
 * known ({@code archunit.properties}).
 */
public final class ProjectClasses {
    private ProjectClasses() {}

    /** Those of the product. */
    public static JavaClasses main() {
        return Main.CLASSES;
    }

    /** Those of the tests. */
    public static JavaClasses tests() {
        return Tests.CLASSES;
    }

    /** Of the folder alone that a class was compiled to: looking for a package would list all libraries and the JDK. */
    private static JavaClasses beside(Class<?> one) {
        return new ClassFileImporter()
                .importUrl(one.getProtectionDomain().getCodeSource().getLocation());
    }

    /** Read when they are asked for. */
    private static final class Main {
        private static final JavaClasses CLASSES = beside(MayUse.class);
    }

    private static final class Tests {
        private static final JavaClasses CLASSES = beside(ProjectClasses.class);
    }
}
