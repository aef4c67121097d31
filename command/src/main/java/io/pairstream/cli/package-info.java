/**
 * The {@code pairstream} command. Each package below holds the commands of one occupation; a
 * command reads options, calls a service or the platform, and prints. It decides nothing about
 * pairs.
 */
package io.pairstream.cli;
