/** Commands that bring pairs in: drawn, imported or generated. */
package io.pairstream.cli.data;
