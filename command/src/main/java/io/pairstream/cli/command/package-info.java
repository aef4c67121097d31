/** Parts of every command: where it prints, its cluster, how it refuses and ends. */
package io.pairstream.cli.command;
