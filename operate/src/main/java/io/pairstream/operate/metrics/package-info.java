/** The data set's and the cluster's figures as Prometheus reads them. */
package io.pairstream.operate.metrics;
