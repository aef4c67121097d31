/** Text for a terminal: what is safe to print there, and what fits. */
package io.pairstream.terminal;
