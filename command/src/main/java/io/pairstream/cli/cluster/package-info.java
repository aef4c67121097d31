/** Commands that look after a cluster: its health, its topics and who may use it. */
package io.pairstream.cli.cluster;
