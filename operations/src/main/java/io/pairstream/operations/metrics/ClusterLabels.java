package io.pairstream.operations.metrics;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the series of one cluster have in common.
 *
 * @param clusterName tells clusters apart in one Prometheus
 * @param namespace what the boards of kafka-lag-exporter choose by first; where Prometheus itself
 *     adds a label of that name, as it does on Kubernetes, its own holds
 */
public record ClusterLabels(String clusterName, String namespace) {

  /**
   * The labels of a series.
   *
   * @param labels further names and values by turns
   */
  SortedMap<String, String> with(String... labels) {
    SortedMap<String, String> all = new TreeMap<>();
    all.put("cluster_name", clusterName);
    all.put("namespace", namespace);
    for (int i = 0; i < labels.length; i += 2) {
      all.put(labels[i], labels[i + 1]);
    }
    return all;
  }
}
