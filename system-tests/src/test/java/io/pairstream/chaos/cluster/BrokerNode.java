package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;

/**
 * The process of one broker among several, a controller at once.
 *
 * <p>Arguments: its {@code server.properties}, and the cluster's id, with which its storage is
 * formatted where it is new.
 */
public final class BrokerNode {

  private BrokerNode() {}

  public static void main(String[] arguments) throws IOException {
    Properties settings = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]))) {
      settings.load(reader);
    }
    if (!Files.exists(Path.of(settings.getProperty("log.dirs"), "meta.properties"))) {
      String[] format = {
        "format", "--ignore-formatted", "--cluster-id", arguments[1], "--config", arguments[0]
      };
      int status = StorageTool.execute(format, System.out);
      if (status != 0) {
        throw new IllegalStateException("formatting the broker's storage ended with " + status);
      }
    }
    Kafka.main(new String[] {arguments[0]});
  }
}
