/** {@code pairstream models}: model cards, checked and tried before anything is asked. */
package io.pairstream.cli.models;
