package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Networks of a harness's own, one for each of some processes, joined by a bridge from which each
 * can be cut off. Names and addresses come from this process's id, so that harnesses do not meet;
 * each thing bears its {@link HarnessMark}, by which the next one finds what one that was killed
 * has left. Thread-safe.
 */
final class Networks implements AutoCloseable {

  private static final String PREFIX = "psc";
  private static final String BRIDGE = PREFIX + "[0-9]+[a-j]";
  private static final Pattern BRIDGES =
      Pattern.compile(
          "(?m)^[0-9]+: (" + BRIDGE + "):.*\\salias (" + HarnessMark.FORM + ")(?:\\s|\\\\|$)");
  private static final Pattern NAMESPACES =
      Pattern.compile("(?m)^(" + PREFIX + "-(" + HarnessMark.FORM + ")-[a-j]-[0-9]+)(?:\\s|$)");
  private static final Pattern RULES =
      Pattern.compile("(?m)^-A FORWARD -i (" + BRIDGE + ") -o \\1 -j ACCEPT$");
  private static final AtomicInteger OPENED = new AtomicInteger();

  /** From a to j. */
  private static final int LETTERS = 10;

  /** Ranges that are tried for a free one. */
  private static final int TRIES = 50;

  private final char letter;
  private final String bridge;
  private final String range;
  private final Map<String, Integer> members = new HashMap<>();
  private boolean forwarding;

  /**
   * Makes the bridge.
   *
   * @throws AssertionError where it cannot be made; then nothing is left of it
   */
  Networks() {
    long pid = ProcessHandle.current().pid();
    letter = freeLetter(pid);
    // An interface's name has at most 15 characters.
    bridge = PREFIX + pid + letter;
    range = freeRange(pid);
    SystemCommand.run("ip", "link", "add", bridge, "type", "bridge");
    try {
      String mark = HarnessMark.ofThisProcess().toString();
      SystemCommand.run("ip", "link", "set", "dev", bridge, "alias", mark);
      SystemCommand.run("ip", "address", "add", range + ".1/24", "dev", bridge);
      SystemCommand.run("ip", "link", "set", bridge, "up");
      if (passesFirewall()) {
        forwarding = true;
        SystemCommand.run(rule("-I", bridge));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Makes and removes one with a member; answers what went wrong, if anything. */
  static Optional<String> attempt() {
    try (Networks networks = new Networks()) {
      List<String> command = new ArrayList<>(networks.join("attempt").enter());
      command.add("true");
      return SystemCommand.attempt(command.toArray(String[]::new));
    } catch (RuntimeException | AssertionError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Where harnesses are in containers, one with the same process id may have left a bridge. */
  private static char freeLetter(long pid) {
    String taken = bridges();
    for (int i = 0; i < LETTERS; i++) {
      char letter = (char) ('a' + OPENED.getAndIncrement() % LETTERS);
      if (!taken.contains(" " + PREFIX + pid + letter + ":")) {
        return letter;
      }
    }
    throw new IllegalStateException("no name of a bridge is free");
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
      // Its namespace goes later than it says; the next to take the name would find it taken.
      SystemCommand.attempt("ip", "link", "del", device(number));
      // A terminal's signal that ends the harness ends the first attempt, too.
      SystemCommand.attempt("ip", "netns", "del", namespace(number))
          .ifPresent(failed -> SystemCommand.attempt("ip", "netns", "del", namespace(number)));
    }
    members.clear();
    // First: the bridge is what a rule that is left is told by.
    if (forwarding) {
      SystemCommand.attempt(rule("-D", bridge));
    }
    SystemCommand.attempt("ip", "link", "del", bridge);
  }

  /** Removes what harnesses have left that run no longer. */
  static void sweep() {
    Matcher namespaces = NAMESPACES.matcher(SystemCommand.run("ip", "netns", "list"));
    while (namespaces.find()) {
      if (isDead(namespaces.group(2))) {
        SystemCommand.attempt("ip", "netns", "del", namespaces.group(1));
      }
    }
    Matcher bridges = BRIDGES.matcher(bridges());
    while (bridges.find()) {
      if (isDead(bridges.group(2))) {
        SystemCommand.attempt(rule("-D", bridges.group(1)));
        SystemCommand.attempt("ip", "link", "del", bridges.group(1));
      }
    }
    sweepRules();
  }

  /** Removes rules for bridges that are gone: a bridge is there before its rule, and after it. */
  private static void sweepRules() {
    // The rules are read first, so that one that is new by then has a bridge in the other list.
    String rules = SystemCommand.ask("iptables", "-w", "10", "-S", "FORWARD").orElse("");
    String bridges = bridges();
    Matcher rule = RULES.matcher(rules);
    while (rule.find()) {
      if (!bridges.contains(" " + rule.group(1) + ":")) {
        SystemCommand.attempt(rule("-D", rule.group(1)));
      }
    }
  }

  private static String bridges() {
    return SystemCommand.run("ip", "-o", "link", "show", "type", "bridge");
  }

  private static boolean isDead(String mark) {
    return HarnessMark.parse(mark).filter(HarnessMark::isDead).isPresent();
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
    return PREFIX + "-" + HarnessMark.ofThisProcess() + "-" + letter + "-" + number;
  }

  private String device(int number) {
    return bridge + "v" + number;
  }
}
