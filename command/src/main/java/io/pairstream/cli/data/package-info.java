/** Commands that bring pairs in: drawn or imported. */
package io.pairstream.cli.data;
