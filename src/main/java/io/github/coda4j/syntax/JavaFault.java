package io.github.coda4j.syntax;

/**
 * A mistake in a Java text for which every compiler refuses it.
 *
 * @param kind which rule is broken
 * @param position index of the char where the offending part begins
 */
record JavaFault(Kind kind, int position) {
    /** The rules, with the sections of the Java Language Specification they are from. */
    enum Kind {
        /** A call of a superclass constructor that cannot be there (8.8.7, 8.9.2, 8.10.4). */
        SUPER_CALL,
        /** A blank final field that a constructor leaves unassigned (8.3.1.2), or assigns what it has not yet (16). */
        UNASSIGNED_FINAL,
        /** A final field that is assigned again (4.12.4). */
        REASSIGNED_FINAL,
        /** A value returned where there is none to return, or none where one is due (14.17). */
        RETURN_VALUE,
        /** A method with a result whose end can be reached (8.4.7). */
        MISSING_RETURN,
        /** A statement that cannot be reached (14.22). */
        UNREACHABLE,
        /** Two members that cannot be told apart (8.3, 8.4.2, 8.8.2). */
        DUPLICATE_MEMBER,
        /** A local variable or parameter in the scope of another one of its name (6.4). */
        DUPLICATE_LOCAL,
        /** A constructor that is not named as its class (8.8). */
        CONSTRUCTOR_NAME,
        /** An expression that is no statement (14.8). */
        NO_STATEMENT,
        /** A jump out of nothing (14.15, 14.16). */
        STRAY_JUMP,
        /** A name of nothing (6.5.6). */
        UNKNOWN_NAME,
        /** A call of a method that nothing declares (15.12.1). */
        UNKNOWN_METHOD,
        /** A value of a type that cannot be where it is (5.2, 14.9, 14.17, 15.26). */
        INCOMPATIBLE_TYPE
    }
}
