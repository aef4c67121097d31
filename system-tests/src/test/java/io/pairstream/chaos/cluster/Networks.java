package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Networks of a harness's own, one for each of some processes, joined by a bridge from which each
 * can be cut off. Names and addresses come from this process's id, so that harnesses do not meet,
 * and the next one finds what one that was killed has left. Thread-safe.
 */
final class Networks implements AutoCloseable {

  private static final String PREFIX = "psc";
  private static final Pattern OURS = Pattern.compile("\\b" + PREFIX + "([0-9]+)[a-j]\\b");
  private static final Pattern OUR_NAMESPACES =
      Pattern.compile("\\b(" + PREFIX + "([0-9]+)[a-j]-[0-9]+)\\b");
  private static final AtomicInteger OPENED = new AtomicInteger();

  /** Ranges that are tried for a free one. */
  private static final int TRIES = 50;

  private final String bridge;
  private final String range;
  private final Map<String, Integer> members = new HashMap<>();
  private boolean forwarding;

  Networks() {
    long pid = ProcessHandle.current().pid();
    // An interface's name has at most 15 characters.
    bridge = PREFIX + pid + (char) ('a' + OPENED.getAndIncrement() % 10);
    range = freeRange(pid);
    SystemCommand.run("ip", "link", "add", bridge, "type", "bridge");
    SystemCommand.run("ip", "address", "add", range + ".1/24", "dev", bridge);
    SystemCommand.run("ip", "link", "set", bridge, "up");
    if (passesFirewall()) {
      SystemCommand.run(rule("-I", bridge));
      forwarding = true;
    }
  }

  private static String freeRange(long pid) {
    String taken = SystemCommand.run("ip", "-4", "route") + SystemCommand.run("ip", "-4", "addr");
    for (int i = 0; i < TRIES; i++) {
      long number = pid + 251L * i;
      String range = "10." + (200 + number / 256 % 50) + "." + number % 256;
      if (!taken.contains(range + ".")) {
        return range;
      }
    }
    throw new IllegalStateException("no range of addresses is free");
  }

  /** The address at which members reach the harness. */
  String harness() {
    return range + ".1";
  }

  /** Makes a member's network. */
  synchronized Place join(String name) {
    int number = members.size() + 1;
    members.put(name, number);
    String namespace = namespace(number);
    String address = range + "." + (10 + number);
    SystemCommand.run("ip", "netns", "add", namespace);
    SystemCommand.run(
        "ip",
        "link",
        "add",
        device(number),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace);
    SystemCommand.run("ip", "link", "set", device(number), "master", bridge, "up");
    SystemCommand.run("ip", "-n", namespace, "link", "set", "lo", "up");
    SystemCommand.run("ip", "-n", namespace, "address", "add", address + "/24", "dev", "eth0");
    SystemCommand.run("ip", "-n", namespace, "link", "set", "eth0", "up");
    return new Place(address, List.of("nsenter", "--net=" + Path.of("/run/netns", namespace)));
  }

  /** Whether there is a network of that member's. */
  synchronized boolean has(String name) {
    return members.containsKey(name);
  }

  /** Lets no packet through between a member and all others, without telling either side. */
  synchronized void cutOff(String name) {
    SystemCommand.run("ip", "link", "set", device(members.get(name)), "down");
  }

  /** Lets packets through again. */
  synchronized void reconnect(String name) {
    SystemCommand.run("ip", "link", "set", device(members.get(name)), "up");
  }

  @Override
  public synchronized void close() {
    for (int number : members.values()) {
      // A terminal's signal that ends the harness ends the first attempt, too.
      SystemCommand.attempt("ip", "netns", "del", namespace(number))
          .ifPresent(failed -> SystemCommand.attempt("ip", "netns", "del", namespace(number)));
    }
    members.clear();
    SystemCommand.attempt("ip", "link", "del", bridge);
    if (forwarding) {
      SystemCommand.attempt(rule("-D", bridge));
    }
  }

  /** Removes what harnesses have left that run no longer. */
  static void sweep() {
    Matcher namespaces = OUR_NAMESPACES.matcher(SystemCommand.run("ip", "netns", "list"));
    while (namespaces.find()) {
      if (isDead(namespaces.group(2))) {
        SystemCommand.attempt("ip", "netns", "del", namespaces.group(1));
      }
    }
    Matcher bridges = OURS.matcher(SystemCommand.run("ip", "-o", "link", "show", "type", "bridge"));
    while (bridges.find()) {
      if (isDead(bridges.group(1))) {
        SystemCommand.attempt("ip", "link", "del", bridges.group());
        SystemCommand.attempt(rule("-D", bridges.group()));
      }
    }
  }

  private static boolean isDead(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty();
  }

  /** Where a container engine is at work, frames on any bridge meet its firewall. */
  private static boolean passesFirewall() {
    try {
      return Files.readString(Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables"))
          .strip()
          .equals("1");
    } catch (IOException e) {
      return false;
    }
  }

  private static String[] rule(String action, String bridge) {
    return new String[] {
      "iptables", "-w", "10", action, "FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT"
    };
  }

  private String namespace(int number) {
    return bridge + "-" + number;
  }

  private String device(int number) {
    return bridge + "v" + number;
  }
}
