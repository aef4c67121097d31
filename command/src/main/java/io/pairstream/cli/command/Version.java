package io.pairstream.cli.command;

import picocli.CommandLine.IVersionProvider;

/** The version in this program's jar. */
public final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {"pairstream " + number()};
  }

  /** The number alone; 0 where this is no packaged program. */
  public static String number() {
    String number = Version.class.getPackage().getImplementationVersion();
    return number == null ? "0" : number;
  }
}
