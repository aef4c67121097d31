/**
 * The {@code pairstream} command: one class per subcommand, each of which reads options, calls a
 * service or the platform, and prints. It decides nothing about pairs.
 */
package io.pairstream.cli;
