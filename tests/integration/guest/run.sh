#!/bin/sh
# A script with an interpreter line: prints how it was called.
echo "$0 $# $1 $2"
