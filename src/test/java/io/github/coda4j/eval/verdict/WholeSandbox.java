package io.github.coda4j.eval.verdict;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.coda4j.eval.sandbox.Sandbox;
import io.github.coda4j.eval.sandbox.SandboxMode;
import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * For programs that may only run in a whole sandbox. On a system that lacks a part of it none of them is started, and
 * each test holds instead that a sandbox that is required is refused with the name of that part.
 */
public final class WholeSandbox implements InvocationInterceptor {
    private static final List<String> MISSING =
            Sandbox.open(SandboxMode.BEST, "").missing();

    @Override
    public void interceptBeforeAllMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        around(invocation);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        around(invocation);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        around(invocation);
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        around(invocation);
        refused();
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        around(invocation);
        refused();
    }

    private static void around(Invocation<Void> invocation) throws Throwable {
        if (MISSING.isEmpty()) {
            invocation.proceed();
        } else {
            invocation.skip();
        }
    }

    private static void refused() {
        if (!MISSING.isEmpty()) {
            assertThatThrownBy(() -> Sandbox.open(SandboxMode.REQUIRED, "")).hasMessageContaining(MISSING.getFirst());
        }
    }
}
