package io.pairstream.cli.command;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URLConnection;
import java.util.jar.Attributes;
import picocli.CommandLine.IVersionProvider;

/** The version in this program's jar, and what it is built from and runs on. */
public final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() throws IOException {
    Attributes jar = manifest();
    return new String[] {
      "pairstream " + number(),
      "commit " + stated(jar, "Commit", "unknown: this is no release"),
      "Kafka " + stated(jar, "Kafka", "unknown: this is no packaged program"),
      "Java " + System.getProperty("java.runtime.version")
    };
  }

  /** The number alone; 0 where this is no packaged program. */
  public static String number() {
    String number = Version.class.getPackage().getImplementationVersion();
    return number == null ? "0" : number;
  }

  private static String stated(Attributes jar, String name, String otherwise) {
    String value = jar.getValue(name);
    return value == null || value.isBlank() ? otherwise : value;
  }

  /** The manifest of this program's jar; empty where classes lie in a folder. */
  private static Attributes manifest() throws IOException {
    URLConnection own = Version.class.getResource("Version.class").openConnection();
    return own instanceof JarURLConnection jar ? jar.getMainAttributes() : new Attributes();
  }
}
