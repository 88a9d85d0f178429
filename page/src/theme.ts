/** What differs from the components as they come. Colours are in style.css. */

import { Alert, Badge, Modal, NativeSelect, Table, createTheme } from "@mantine/core";

export const theme = createTheme({
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Locking the scroll would write a style into the document, which the page's policy forbids.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 6, highlightOnHover: true } }),
    Badge: Badge.extend({ defaultProps: { variant: "light" } }),
    Alert: Alert.extend({ defaultProps: { variant: "light" } }),
    NativeSelect: NativeSelect.extend({ defaultProps: { size: "sm" } }),
  },
});
