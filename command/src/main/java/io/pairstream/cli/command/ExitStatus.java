package io.pairstream.cli.command;

/** How a command ended, as the shell sees it. */
public final class ExitStatus {

  /** The work is done. */
  public static final int DONE = 0;

  /** The work is done and found something wrong. */
  public static final int FOUND_WRONG = 1;

  /** The command line makes no sense. */
  public static final int WRONG_USAGE = 2;

  /** The work could not be done. */
  public static final int COULD_NOT = 3;

  private ExitStatus() {}
}
