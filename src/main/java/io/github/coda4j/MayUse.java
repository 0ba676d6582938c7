package io.github.coda4j;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The fence of a room (package): which other rooms and libraries its classes may use besides {@code java.*}, slf4j and
 * the root package. A value such as {@code "tensor"} or {@code "model.plan"} names a room of this project when there is
 * one of that name; {@code "tensor.DType"} names a single type of a room, its nested types included; any other value is
 * the prefix of a library's packages. One architecture test reads every fence and refuses names of types that do not
 * exist or are not used.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PACKAGE)
public @interface MayUse {
    String[] value();
}
