/** Commands that say how it goes: lag of groups, and what became of a pair. */
package io.pairstream.cli.watch;
