package io.pairstream.cli.cluster;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.topics.AccessCatalogue;
import io.pairstream.schemas.topics.ClientRights;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.Right;
import io.pairstream.terminal.Table;
import io.pairstream.tools.access.AccessRules;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourcePattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream acls}: what each client may do on a cluster. */
@Command(
    name = "acls",
    subcommands = {AclsCommand.Ls.class, AclsCommand.Apply.class})
public final class AclsCommand {

  /** Options that say whose rights. */
  static final class Clients {

    @Option(names = "--client", split = ",", paramLabel = "NAME")
    private Set<String> only = Set.of();

    @Option(names = "--principal-prefix", paramLabel = "TEXT", defaultValue = "User:pairstream-")
    private String prefix;

    @Option(names = "--principal", paramLabel = "NAME=PRINCIPAL")
    private Map<String, String> principals = Map.of();

    /** Rights of each client that is asked for, by its principal and name. */
    private Map<ClientRights, String> in(ClusterCommand command, Dataset dataset) {
      List<ClientRights> all = new AccessCatalogue(dataset).clients();
      List<String> names = all.stream().map(ClientRights::client).sorted().toList();
      Set<String> named = new TreeSet<>(only);
      named.addAll(principals.keySet());
      named.removeAll(names);
      command.require(
          named.isEmpty(),
          "there is no client %s; right is one of %s"
              .formatted(String.join(", ", named), String.join(", ", names)));
      Map<ClientRights, String> found = new LinkedHashMap<>();
      all.stream()
          .filter(each -> only.isEmpty() || only.contains(each.client()))
          .forEach(
              each ->
                  found.put(each, principals.getOrDefault(each.client(), prefix + each.client())));
      return found;
    }
  }

  /** Operations of a principal on one resource, as JSON. */
  private record Rule(
      String principal, String resource, String pattern, String name, Set<String> operations) {

    private static Rule of(String principal, Right right) {
      return new Rule(
          principal,
          right.typeName(),
          right.resource().patternType().name().toLowerCase(Locale.ROOT),
          right.resource().name(),
          right.operationNames());
    }

    private void addTo(Table table, String... before) {
      String names = pattern.equals("prefixed") ? name + "*" : name;
      Stream<String> cells = Stream.of(principal, resource, names, String.join(", ", operations));
      table.row(Stream.concat(Stream.of(before), cells).toArray());
    }
  }

  /** {@code pairstream acls ls}: the rights of each client; asks no broker. */
  @Command(name = "ls")
  static final class Ls extends ClusterCommand {

    @Mixin private Clients clients;

    @Override
    public Integer call() {
      Table table = new Table().row("PRINCIPAL", "RESOURCE", "NAME", "OPERATIONS");
      clients
          .in(this, options().cluster().dataset())
          .forEach(
              (client, principal) ->
                  client.rights().stream()
                      .map(right -> Rule.of(principal, right))
                      .forEach(rule -> answer(rule, () -> rule.addTo(table))));
      if (!json()) {
        print(table);
      }
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream acls apply}: gives each client what it lacks. */
  @Command(name = "apply")
  static final class Apply extends ClusterCommand {

    @Mixin private Clients clients;

    @Option(names = "--prune")
    private boolean prune;

    /**
     * Outcome.
     *
     * @param extra rules of the same principals that no client needs
     * @param extraRemoved whether these were removed
     * @param unchanged how many rules were there, one for each operation
     */
    private record Applied(
        List<Rule> added, List<Rule> extra, boolean extraRemoved, int unchanged) {}

    @Override
    public Integer call() {
      Set<AclBinding> right = new HashSet<>();
      clients
          .in(this, cluster().dataset())
          .forEach(
              (client, principal) ->
                  client.rights().forEach(each -> right.addAll(each.bindings(principal))));
      try (Admin admin = access().admin()) {
        AccessRules rules = new AccessRules(admin);
        AccessRules.Difference found = rules.against(right);
        rules.add(found.missing());
        if (prune) {
          rules.remove(found.extra());
        }
        Applied applied =
            new Applied(
                rules(found.missing()),
                rules(found.extra()),
                prune,
                right.size() - found.missing().size());
        return answer(applied, () -> print(applied));
      }
    }

    private void print(Applied applied) {
      Table table = new Table();
      applied.added().forEach(rule -> rule.addTo(table, "added"));
      String extra = applied.extraRemoved() ? "removed" : "extra";
      applied.extra().forEach(rule -> rule.addTo(table, extra));
      print(table);
      print("%d rule(|s) stood already", applied.unchanged());
    }

    private static List<Rule> rules(Set<AclBinding> bindings) {
      Map<String, Map<ResourcePattern, Set<AclOperation>>> operations = new TreeMap<>();
      bindings.forEach(
          each ->
              operations
                  .computeIfAbsent(
                      each.entry().principal(), any -> new TreeMap<>(Right.BY_RESOURCE))
                  .computeIfAbsent(each.pattern(), any -> EnumSet.noneOf(AclOperation.class))
                  .add(each.entry().operation()));
      List<Rule> rules = new ArrayList<>();
      operations.forEach(
          (principal, resources) ->
              resources.forEach(
                  (resource, of) -> rules.add(Rule.of(principal, new Right(resource, of)))));
      return rules;
    }
  }
}
