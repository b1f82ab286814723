package io.github.qmp4j.examples.demo;
/** x. */
@picocli.CommandLine.Command(name = "demo")
public final class DemoCommand {}
