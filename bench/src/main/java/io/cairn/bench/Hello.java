package io.cairn.bench;

/// The least that a program can do: what any start of a JVM takes.
public final class Hello {
    private Hello() {}

    /// Says hello.
    public static void main(String[] arguments) {
        System.out.println("hello");
    }
}
