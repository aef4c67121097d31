package io.pairstream.schemas.topics;

import java.util.List;

/**
 * Everything that a client may do on a cluster.
 *
 * @param client name of the service or command: {@code preprocess}
 * @param commands further commands that do with these rights
 * @param rights at most one for each resource, in the order of types and names
 */
public record ClientRights(String client, List<String> commands, List<Right> rights) {}
