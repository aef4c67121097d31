package io.pairstream.cli.command;

/** A command that does what is left when it is given again after it has failed. */
public interface Resumable {

  /** Work that stands already, in a clause. */
  default String soFar() {
    return "what was done stands";
  }
}
