/** What became of one pair or link, and why. */
package io.pairstream.operations.why;
