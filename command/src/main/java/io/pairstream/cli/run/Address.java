package io.pairstream.cli.run;

import io.pairstream.schemas.wire.RootCause;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a service listens, as {@code HOST:PORT}.
 *
 * @param host as it was written, an IPv6 address in its brackets
 * @param port 0 for any
 */
public record Address(String host, int port) {

  private static final Pattern ADDRESS = Pattern.compile("(.+):([0-9]{1,5})");

  public static Address parse(String text) {
    Matcher address = ADDRESS.matcher(text);
    if (!address.matches()) {
      throw new TypeConversionException("right is HOST:PORT, such as 127.0.0.1:8080, not " + text);
    }
    return new Address(address.group(1), Integer.parseInt(address.group(2)));
  }

  /** As it is typed. */
  @Override
  public String toString() {
    return host + ":" + port;
  }

  /** Without the brackets in which an IPv6 address stands before a port. */
  String hostName() {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** Where to reach it, once the port is known. */
  String url(String scheme, int actualPort) {
    return scheme + "://" + host + ":" + actualPort;
  }

  /** The start of a service that listens. */
  interface Start {
    void run() throws IOException;
  }

  /** Begins to listen; closes what was to do it where that fails, and says where. */
  void start(Start service, Runnable close) throws IOException {
    try {
      service.run();
    } catch (IOException e) {
      close.run();
      throw new IOException("cannot listen on " + this + ": " + RootCause.message(e), e);
    }
  }
}
